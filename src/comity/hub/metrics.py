"""What a hub counts about itself, in the text that Prometheus reads: numbers, no name but the hosts of other hubs."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from comity.hub.ledger.database import Connection
from comity.hub.peers import peers

MEDIA = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The numbers of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = self._count("requests", "Requests answered.", "operation", "status")
        self.seconds = Histogram(
            "comity_hub_request_seconds", "How long answers took.", ["operation"], registry=self.registry
        )
        self.received = self._count("received_bytes", "Bytes of messages that came.")
        self.sent = self._count("sent_bytes", "Bytes of answers.")
        self.envelopes = self._count("envelopes", "Envelopes that were new.")
        self.refused = self._count("refused_envelopes", "Envelopes that were not kept.", "reason")
        self.failures = self._count("failures", "Requests that failed by a fault of the hub.")
        self.listeners = self._gauge("listeners", "Devices that listen for groups that move.")
        self.groups = self._gauge("groups", "Groups in the ledger.")
        self.size = self._gauge("ledger_bytes", "Bytes of all envelopes in the ledger.")
        self.met = self._gauge("peer_met_seconds", "When a session with a hub went through last, since 1970.", "peer")
        self.failing = self._gauge("peer_failing", "Whether the last session with a hub failed.", "peer")
        self.withheld = self._gauge("peer_withheld", "Envelopes that others hold and a hub does not show.", "peer")

    def text(self, connection: Connection) -> bytes:
        """All of them, those of the ledger read now."""
        groups, size = connection.all('SELECT COUNT(*), COALESCE(SUM(size), 0) FROM "group"')[0]
        self.groups.set(groups)
        self.size.set(int(size))
        for peer in peers(connection):
            self.met.labels(peer.name).set(peer.met_ms / 1000)
            self.failing.labels(peer.name).set(bool(peer.fault))
            self.withheld.labels(peer.name).set(peer.withheld)
        return generate_latest(self.registry)

    def _count(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"comity_hub_{name}", says, labels, registry=self.registry)

    def _gauge(self, name: str, says: str, *labels: str) -> Gauge:
        return Gauge(f"comity_hub_{name}", says, labels, registry=self.registry)

"""Search in all texts."""

import click

from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Verb, pass_call
from comity.cli.output import print_json, print_table


@click.command("search", cls=Verb, epilog="Example: comity search annotation guide")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1), default=50, metavar="N", help="At most so many.")
@pass_call
def search(call: Call, words: tuple[str, ...], limit: int) -> None:
    """Find words in the titles, texts and notes that this device holds."""
    from comity.desk import asking, searching

    with opened_desk(call) as desk:
        hits = searching.find_words(desk, " ".join(words), limit)
        groups = {hit.group: asking.group_name(desk, hit.group) for hit in hits}
    keys = ("kind", "id", "ref", "title", "snippet", "marking")
    items = [{**{key: getattr(hit, key) for key in keys}, "group": groups[hit.group]} for hit in hits]
    if call.as_json:
        print_json({"items": items, "count": len(items)})
    else:
        shown = ("kind", "ref", "title", "snippet", "group", "marking")
        print_table(shown, [[item[key] for key in shown] for item in items])

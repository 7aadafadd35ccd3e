"""Founding a sharing group."""

import os

from comity.desk import acting, drafting
from comity.desk.desk import Desk
from comity.desk.world import World, reserved
from comity.domain.sharing import Group
from comity.errors import Refused
from comity.log.commit import ORIGINATOR, Change

NAME_MARKING = "TLP:GREEN"  # of the name of a group, which all its members know


def found(desk: Desk, name: str, purpose: str = "") -> str:
    """Found a group of this institute alone; its id. Nobody else is in it until a chair admits them."""
    at_ms = desk.at_ms()
    with desk.store.writing() as connection:
        world = World(desk, connection)
        drafting.typed(world, Group, {"name": name, "purpose": purpose})
        if reserved(name):
            raise Refused(f"{name} reads like an id or the own group", "choose another name", code="group_exists")
        if world.groups_called(name):
            raise Refused(f"there is a group called {name} already", "choose another name", code="group_exists")
        group = desk.store.found(connection, desk.root, os.urandom(16), desk.institute, at_ms)
        fields = {ORIGINATOR: desk.institute, "name": name, "purpose": purpose, "marking": NAME_MARKING}
        acting.write(desk, connection, group.hex(), [Change("group", group, fields)], "found")
        return group.hex()

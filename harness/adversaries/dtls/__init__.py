"""DTLS of our own, without sockets: what no library would say, said to a party on purpose."""

from .bend import HONEST, Bend, Point, Session, Signature
from .bent_client import BentClient
from .bent_leg import BentLeg
from .bent_server import BentServer
from .leg import Leg

__all__ = ["HONEST", "Bend", "BentClient", "BentLeg", "BentServer", "Leg", "Point", "Session", "Signature"]

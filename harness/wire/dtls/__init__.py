"""DTLS as an observer sees it: records, handshake messages, and the associations of a leg."""

from .alert import Alert, parse_alerts
from .association import DtlsAssociation, SeenMessage
from .association_reader import AssociationReader, associations
from .extension import EXTENSIONS, extension_name
from .group import GROUPS, agrees_in_group, group_name, is_named, key_exchange_group
from .handshake import HandshakeMessage, HandshakeReader, HandshakeType
from .hello import (
    ClientHello,
    ServerHello,
    parse_certificates,
    parse_client_hello,
    parse_server_hello,
    version_name,
)
from .record import ContentType, Record, iter_records, records
from .suites import (
    SRTP_PROFILES,
    SUITES,
    Suite,
    srtp_profile_by_openssl,
    srtp_profile_name,
    suite_by_iana,
    suite_by_openssl,
    suite_name,
)

__all__ = [
    "EXTENSIONS",
    "GROUPS",
    "SRTP_PROFILES",
    "SUITES",
    "Alert",
    "AssociationReader",
    "ClientHello",
    "ContentType",
    "DtlsAssociation",
    "HandshakeMessage",
    "HandshakeReader",
    "HandshakeType",
    "Record",
    "SeenMessage",
    "ServerHello",
    "Suite",
    "agrees_in_group",
    "associations",
    "extension_name",
    "group_name",
    "is_named",
    "iter_records",
    "key_exchange_group",
    "parse_alerts",
    "parse_certificates",
    "parse_client_hello",
    "parse_server_hello",
    "records",
    "srtp_profile_by_openssl",
    "srtp_profile_name",
    "suite_by_iana",
    "suite_by_openssl",
    "suite_name",
    "version_name",
]

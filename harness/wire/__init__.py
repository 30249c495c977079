"""Bytes to values: demultiplexing, STUN, DTLS, RTP, SRTP keys, SDP. Pure, no I/O; imports nothing of ours."""

"""What lies behind an RTP header, codec by codec: the RTP payload formats, as bytes, without a decoder."""

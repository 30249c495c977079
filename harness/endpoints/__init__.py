"""Who calls: the protocol of an endpoint, the healthy one on aiortc, and specimens with one planted fault each."""

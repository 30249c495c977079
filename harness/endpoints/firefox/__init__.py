"""Firefox as a party: a bare WebRTC page that speaks the protocol of programs, over WebDriver BiDi."""

"""The ballot box. Today a hash chain over opaque papers; the seam where sealed ballots come in later."""

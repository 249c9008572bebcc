"""What the templates of acts and amendments are given."""

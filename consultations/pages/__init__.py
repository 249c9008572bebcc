"""What the templates of field consultations are given."""

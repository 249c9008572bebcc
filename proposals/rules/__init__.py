"""Pure engines of the proposals: costing and likeness of ideas. Values in, values out."""

"""The rules of the programme, values in and out: days that recur, clashes, places, kept or not."""

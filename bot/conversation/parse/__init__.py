"""Small recognisers, each over a normalised text; the words they know are in `words_*` and `places_table`."""

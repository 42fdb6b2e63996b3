"""The engine's figures on HetRec Last.fm-2k, beside those that others published."""

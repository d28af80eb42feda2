"""Who is asking, found in the same round trip as what is asked."""

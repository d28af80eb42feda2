"""The language model that writes answers, if there is one: asked, bounded, and checked before it is shown."""

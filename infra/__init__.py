"""Everything that surrounds the functions: migrations, bundles, ingestion and the platform on one machine."""

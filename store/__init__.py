"""The cellar: engine, columns, append-only tables, durable jobs; it knows no domain word."""

"""The shapes of what people type, for views alone. Each checks once and hands on clean values."""

"""What is said: letters, rendering and the carriers that take them away. Knows no table."""

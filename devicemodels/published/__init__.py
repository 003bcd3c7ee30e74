"""Published measurements that laws are fitted to and judged by; README.md has their sources."""

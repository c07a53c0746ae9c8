"""The platform itself: sites, hosts, pools of numbers, name servers, image; what `mailstead.toml` says."""

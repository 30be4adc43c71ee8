"""The only way in: a report is judged, routed, sealed and stored."""

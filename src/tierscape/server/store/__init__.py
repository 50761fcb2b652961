"""What the server keeps: networks, names, results, jobs, scenarios, reports and accounts."""

# src/gateways

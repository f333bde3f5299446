"""Discord: the gateway brings what people do, REST takes what they are told."""

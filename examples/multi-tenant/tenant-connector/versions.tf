terraform {
  required_version = ">= 1.3.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 4.0"
    }
  }
}

# The region in which Identity Center was set up: the connector reports it as `settings.region`.
provider "aws" {
  region = "us-east-1"
}

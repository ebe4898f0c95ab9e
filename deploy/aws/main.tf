# The ground that the portal stands on in Amazon's cloud: the bucket that files are placed in, the rights of the portal, a key, and a role for
# the machine that it runs on. Active storage is there already, and nothing here changes it but `set_notifications`.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}
data "aws_region" "here" {}

locals {
  account    = data.aws_caller_identity.here.account_id
  partition  = data.aws_partition.here.partition
  region     = data.aws_region.here.name
  s3         = "arn:${local.partition}:s3:::"
  named_keys = concat(aws_kms_key.sea[*].arn, var.other_keys)
}

# One key for every business unit, where that was asked for. The portal is told of it by --kms-key.
resource "aws_kms_key" "sea" {
  count                   = var.one_key ? 1 : 0
  description             = "SEA: files of every business unit"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = var.tags
}

# The identity of the machine that the portal runs on. The default chain of the SDK finds it.
resource "aws_iam_role" "portal" {
  name               = var.name
  path               = "/sea/"
  assume_role_policy = data.aws_iam_policy_document.assume.json
  tags               = var.tags
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = [var.runs_on]
    }
  }
}

resource "aws_iam_role_policy_attachment" "portal" {
  role       = aws_iam_role.portal.name
  policy_arn = aws_iam_policy.portal.arn
}

resource "aws_iam_instance_profile" "portal" {
  count = startswith(var.runs_on, "ec2.") ? 1 : 0
  name  = var.name
  path  = "/sea/"
  role  = aws_iam_role.portal.name
}

# What the portal may do: every call that it makes, on its own buckets, users and keys. `seaportal aws policy` prints the same, and a test
# compares the two.
data "aws_iam_policy_document" "portal" {
  statement {
    sid       = "ActiveBuckets"
    actions   = ["s3:ListBucket"]
    resources = [for bucket in var.active_buckets : "${local.s3}${bucket}"]
  }

  statement {
    sid       = "ActiveFiles"
    actions   = ["s3:GetObject", "s3:GetObjectTagging", "s3:DeleteObject"]
    resources = [for bucket in var.active_buckets : "${local.s3}${bucket}/*"]
  }

  statement {
    sid = "SEABucket"
    actions = [
      "s3:CreateBucket", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketVersioning",
      "s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock",
      "s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration",
      "s3:GetBucketPolicy", "s3:PutBucketPolicy",
      "s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration",
    ]
    resources = [aws_s3_bucket.sea.arn]
  }

  statement {
    sid = "SEAFiles"
    actions = [
      "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectTagging", "s3:PutObjectTagging", "s3:AbortMultipartUpload",
    ]
    resources = ["${aws_s3_bucket.sea.arn}/*"]
  }

  statement {
    sid = "Users"
    actions = [
      "iam:CreateUser", "iam:PutUserPolicy", "iam:GetUserPolicy", "iam:ListUserPolicies",
      "iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:ListAccessKeys", "iam:GetAccessKeyLastUsed",
    ]
    resources = ["arn:${local.partition}:iam::${local.account}:user/sea/*"]
  }

  dynamic "statement" {
    for_each = aws_sqs_queue.events[*].arn
    content {
      sid       = "EventsQueue"
      actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
      resources = [statement.value]
    }
  }

  # A key for each business unit, made by the portal, unless there is one for all.
  dynamic "statement" {
    for_each = var.one_key ? [] : [true]
    content {
      sid       = "MakeKeys"
      actions   = ["kms:CreateKey", "kms:TagResource"]
      resources = ["*"]
      condition {
        test     = "Null"
        variable = "aws:RequestTag/sea-business-unit"
        values   = ["false"]
      }
    }
  }

  dynamic "statement" {
    for_each = var.one_key ? [] : [true]
    content {
      sid       = "OwnKeys"
      actions   = ["kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt"]
      resources = ["arn:${local.partition}:kms:${local.region}:${local.account}:key/*"]
      condition {
        test     = "Null"
        variable = "aws:ResourceTag/sea-business-unit"
        values   = ["false"]
      }
    }
  }

  dynamic "statement" {
    for_each = length(local.named_keys) > 0 ? [true] : []
    content {
      sid       = "NamedKeys"
      actions   = ["kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt"]
      resources = local.named_keys
    }
  }
}

resource "aws_iam_policy" "portal" {
  name   = var.name
  path   = "/sea/"
  policy = data.aws_iam_policy_document.portal.json
  tags   = var.tags
}

# The queue by which S3 tells the portal of changes, so that it does not have to wait for its next scan. The portal is told of it by
# --events-queue.
resource "aws_sqs_queue" "events" {
  count                     = var.events_queue ? 1 : 0
  name                      = var.name
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 345600
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.unread[0].arn
    maxReceiveCount     = 10
  })
  tags = var.tags
}

# What the portal could not work on ten times. The scans have found it long since: it is kept to be looked at.
resource "aws_sqs_queue" "unread" {
  count                     = var.events_queue ? 1 : 0
  name                      = "${var.name}-unread"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
  tags                      = var.tags
}

resource "aws_sqs_queue_redrive_allow_policy" "unread" {
  count     = var.events_queue ? 1 : 0
  queue_url = aws_sqs_queue.unread[0].id
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.events[0].arn]
  })
}

resource "aws_sqs_queue_policy" "events" {
  count     = var.events_queue ? 1 : 0
  queue_url = aws_sqs_queue.events[0].id
  policy    = data.aws_iam_policy_document.queue[0].json
}

# Only S3 may send, only of these buckets, and only while they belong to this account.
data "aws_iam_policy_document" "queue" {
  count = var.events_queue ? 1 : 0

  statement {
    sid       = "S3Tells"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.events[0].arn]
    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [for bucket in concat(var.active_buckets, [var.sea_bucket]) : "${local.s3}${bucket}"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }

  statement {
    sid       = "RefusePlainHTTP"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.events[0].arn]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

# In SEA only deletions are of interest: what is written there, the portal wrote.
resource "aws_s3_bucket_notification" "sea" {
  count  = var.events_queue ? 1 : 0
  bucket = aws_s3_bucket.sea.id
  queue {
    id        = "sea-portal"
    queue_arn = aws_sqs_queue.events[0].arn
    events    = ["s3:ObjectRemoved:*"]
  }
  depends_on = [aws_sqs_queue_policy.events]
}

check "notifications" {
  assert {
    condition     = var.events_queue || !var.set_notifications
    error_message = "set_notifications does nothing without events_queue."
  }
}

# A bucket has one notification configuration: this takes the place of what stands there.
resource "aws_s3_bucket_notification" "active" {
  for_each = toset(var.events_queue && var.set_notifications ? var.active_buckets : [])
  bucket   = each.value
  queue {
    id        = "sea-portal"
    queue_arn = aws_sqs_queue.events[0].arn
    events    = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:LifecycleExpiration:*"]
  }
  depends_on = [aws_sqs_queue_policy.events]
}

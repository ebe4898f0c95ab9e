# The bucket that files are placed in. The portal makes the same settings where they are missing, and leaves those that it finds.
resource "aws_s3_bucket" "sea" {
  bucket = var.sea_bucket
  tags   = var.tags
}

resource "aws_s3_bucket_public_access_block" "sea" {
  bucket                  = aws_s3_bucket.sea.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "sea" {
  bucket = aws_s3_bucket.sea.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "sea" {
  bucket = aws_s3_bucket.sea.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = one(aws_kms_key.sea[*].arn)
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "sea" {
  bucket = aws_s3_bucket.sea.id

  # Later than the portal, which deletes after 30 days to the second, and only what carries the portal's tag: a hold takes it off.
  rule {
    id     = "sea-backstop"
    status = "Enabled"
    filter {
      tag {
        key   = "sea-expire"
        value = "yes"
      }
    }
    expiration {
      days = 32
    }
  }

  rule {
    id     = "sea-parts"
    status = "Enabled"
    filter {
      prefix = ""
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 2
    }
  }

  rule {
    id     = "sea-versions"
    status = "Enabled"
    filter {
      prefix = ""
    }
    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }
}

resource "aws_s3_bucket_policy" "sea" {
  bucket     = aws_s3_bucket.sea.id
  policy     = data.aws_iam_policy_document.bucket.json
  depends_on = [aws_s3_bucket_public_access_block.sea]
}

# What the bucket refuses to everybody: `seaportal aws policy --bucket` prints the same.
data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "RefusePlainHTTP"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.sea.arn, "${aws_s3_bucket.sea.arn}/*"]
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

  # What asks for no encryption gets the default one.
  statement {
    sid       = "RefuseOtherEncryption"
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.sea.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Null"
      variable = "s3:x-amz-server-side-encryption"
      values   = ["false"]
    }
    condition {
      test     = "StringNotEquals"
      variable = "s3:x-amz-server-side-encryption"
      values   = ["aws:kms"]
    }
  }

  statement {
    sid       = "RefuseCustomersKeys"
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.sea.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Null"
      variable = "s3:x-amz-server-side-encryption-customer-algorithm"
      values   = ["false"]
    }
  }
}

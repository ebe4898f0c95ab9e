output "role_arn" {
  description = "Role of the machine, or task, that the portal runs on."
  value       = aws_iam_role.portal.arn
}

output "instance_profile" {
  description = "Instance profile with that role, where it runs on EC2."
  value       = one(aws_iam_instance_profile.portal[*].name)
}

output "policy_arn" {
  description = "Policy with the portal's rights, to attach it to another identity."
  value       = aws_iam_policy.portal.arn
}

output "events_queue_arn" {
  description = "Queue that the buckets of active storage are to notify, where set_notifications does not see to that."
  value       = one(aws_sqs_queue.events[*].arn)
}

output "environment" {
  description = "What to start the portal with."
  value = merge({
    SEA_MODE          = "aws"
    SEA_REGION        = local.region
    SEA_ACTIVE_BUCKET = join(",", var.active_buckets)
    SEA_SEA_BUCKET    = aws_s3_bucket.sea.id
    },
    var.one_key ? { SEA_KMS_KEY = aws_kms_key.sea[0].arn } : {},
    var.events_queue ? { SEA_EVENTS_QUEUE = aws_sqs_queue.events[0].url } : {},
  )
}

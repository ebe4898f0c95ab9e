variable "name" {
  description = "Name of the role, its policy and its instance profile."
  type        = string
  default     = "seaportal"
}

variable "active_buckets" {
  description = "Buckets of active storage, which exist. The first one is what new business units get."
  type        = list(string)
  validation {
    condition     = length(var.active_buckets) > 0
    error_message = "Name at least one bucket of active storage."
  }
}

variable "sea_bucket" {
  description = "Bucket that files are placed in. It is made here, and its name must be free in all of S3."
  type        = string
}

variable "one_key" {
  description = "Make one KMS key for every business unit. Otherwise the portal makes one for each, at a dollar a month."
  type        = bool
  default     = false
}

variable "other_keys" {
  description = "ARNs of KMS keys that the portal may use besides: custom keys of business units, and keys that active storage rests under."
  type        = list(string)
  default     = []
}

variable "events_queue" {
  description = "Make a queue by which S3 tells the portal of changes at once. Otherwise its scans find them, every five minutes."
  type        = bool
  default     = false
}

variable "set_notifications" {
  description = "Have the buckets of active storage notify the queue. A bucket has one notification configuration, and this takes its place: leave it off where there is one, and add the queue to that."
  type        = bool
  default     = false
}

variable "runs_on" {
  description = "Service that gives the role to the portal: ec2.amazonaws.com or ecs-tasks.amazonaws.com."
  type        = string
  default     = "ec2.amazonaws.com"
}

variable "tags" {
  description = "Tags of everything that is made here."
  type        = map(string)
  default     = {}
}

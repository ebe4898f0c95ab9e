package config

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Queue is a queue of SQS by the parts of its URL.
type Queue struct {
	URL, Endpoint         string
	Region, Account, Name string
}

// queueHost finds the region in the name of a host of Amazon's SQS: the usual
// one, a FIPS one, or that of a VPC endpoint.
var queueHost = regexp.MustCompile(`(?:^|\.)sqs(?:-fips)?\.([a-z0-9-]+)\.(?:vpce\.)?amazonaws\.com(?:\.cn)?$`)

// queuePath is the path of a queue's URL: the account and the name.
var queuePath = regexp.MustCompile(`^/([0-9]{12})/([A-Za-z0-9_-]{1,80})$`)

// Queue reads --events-queue. A queue on a host that does not name its region is
// in the given one.
func (c Cloud) Queue(region string) (Queue, error) {
	complaint := fmt.Errorf("--events-queue %q is no URL of a queue: write https://sqs.REGION.amazonaws.com/ACCOUNT/NAME", c.EventsQueue)
	at, err := url.Parse(c.EventsQueue)
	if err != nil || at.Host == "" || (at.Scheme != "https" && at.Scheme != "http") || at.User != nil || at.RawQuery != "" || at.Fragment != "" {
		return Queue{}, complaint
	}
	if strings.HasSuffix(at.Path, ".fifo") {
		return Queue{}, errors.New("--events-queue names a FIFO queue: S3 sends to standard queues only")
	}
	path := queuePath.FindStringSubmatch(at.Path)
	if path == nil {
		return Queue{}, complaint
	}
	if at.Scheme == "http" && amazon(c.EventsQueue) {
		return Queue{}, fmt.Errorf("--events-queue %s: Amazon's queues are read by https", c.EventsQueue)
	}
	queue := Queue{URL: c.EventsQueue, Endpoint: at.Scheme + "://" + at.Host, Region: region, Account: path[1], Name: path[2]}
	if host := queueHost.FindStringSubmatch(at.Hostname()); host != nil {
		queue.Region = host[1]
	}
	return queue, nil
}

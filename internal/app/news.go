package app

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/prometheus/client_golang/prometheus"

	"seaportal/handlers"
	"seaportal/internal/config"
	"seaportal/internal/news"
	"seaportal/internal/policy"
)

// notifications is the name of what S3 tells by itself, on the System page.
const notifications = "Notifications"

// events is the queue of --events-queue, and whether there is one. Its URL was
// checked before.
func (c cloud) events() (config.Queue, bool) {
	queue, err := c.Queue(c.region)
	return queue, err == nil && c.EventsQueue != ""
}

// queue makes a client of the queue's own host, which need not be that of the
// region.
func (c cloud) queue() *sqs.Client {
	queue, there := c.events()
	if !there {
		return nil
	}
	return sqs.NewFromConfig(c.base, func(o *sqs.Options) { o.BaseEndpoint, o.Region = &queue.Endpoint, queue.Region })
}

func (c cloud) queueARN() string {
	queue, there := c.events()
	if !there {
		return ""
	}
	return "arn:" + policy.Partition(queue.Region) + ":sqs:" + queue.Region + ":" + queue.Account + ":" + queue.Name
}

// hears tells how the portal learns of changes.
func (c cloud) hears() handlers.Capability {
	queue, there := c.events()
	return capability(notifications, there,
		fmt.Sprintf("From the queue %s, for the changes of which S3 tells there; scans find the others every %.0f minutes.", queue.Name, scanEvery.Minutes()),
		fmt.Sprintf("None: changes are found by scans every %.0f minutes.", scanEvery.Minutes()))
}

// readNews begins to read the queue. It is ended before the engine: what it hands
// over starts work there.
func (a *App) readNews(ctx context.Context) {
	if a.storage.queue == nil {
		return
	}
	a.news = news.New(news.Config{Client: a.storage.queue, URL: a.storage.queueURL, Work: a.operations.engine.Work, Log: a.opts.Log})
	a.news.Start(ctx)
	a.later(func(context.Context) error { a.news.Stop(); return nil })
}

// checkNews looks whether the queue answers, and what it tells is worked on.
func (a *App) checkNews() []handlers.Check {
	if a.news == nil {
		return nil
	}
	c, state := handlers.Check{Name: notifications, Value: "the queue answers", Well: true}, a.news.State()
	switch {
	case state.Err != nil:
		c.Well, c.Value = false, "not since "+state.Since.Format(time.DateTime)+" UTC"
		c.Fix = "Try the portal's rights, below; the log says more. Until then changes are found by scans."
	case state.Answered.IsZero():
		c.Value = "the queue is being asked"
	}
	return []handlers.Check{c}
}

// newsMetric shows what the System page shows.
func newsMetric(reader *news.Reader) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "seaportal_news_failing", Help: "Whether the queue does not answer, or what it tells cannot be worked on.",
	}, func() float64 {
		if reader.State().Err != nil {
			return 1
		}
		return 0
	})
}

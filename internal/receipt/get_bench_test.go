package receipt_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// BenchmarkGET fetches from two servers, one with receipts and one without, in
// turns of some requests and in changing order, so that what else the machine
// does meets both. slower_% is what receipts cost; the write of the receipts
// falls into the turns of either. cpu_us is what the server's process used of a
// processor for one request, with all that it wrote: the figure that a busy
// machine disturbs least. With "another" every request is for a file
// that was never fetched before: as many receipts as requests.
//
//	go test ./internal/receipt -run NONE -bench GET -benchtime 1x
func BenchmarkGET(b *testing.B) {
	for _, c := range []getCase{
		{name: "same-4KiB", turns: 60, requests: 500, file: func(int) int { return 0 }},
		{name: "another-4KiB", turns: servedFiles / 200, requests: 200, file: func(i int) int { return i }},
		{name: "same-1GiB", turns: 30, requests: 1, file: func(int) int { return servedFiles }},
	} {
		for _, inFlight := range []int{1, 8} {
			if inFlight > c.requests {
				continue
			}
			b.Run(fmt.Sprintf("%s/%d", c.name, inFlight), func(b *testing.B) { c.run(b, inFlight) })
		}
	}
}

type getCase struct {
	name            string
	turns, requests int
	file            func(request int) int
}

func (c getCase) run(b *testing.B, inFlight int) {
	without, with := serving(b, "without"), serving(b, "with")
	var took [2]time.Duration
	var ratios []float64
	for b.Loop() {
		for turn := range c.turns {
			var each [2]time.Duration
			for _, side := range [][]int{{0, 1}, {1, 0}}[turn%2] {
				each[side] = []*served{without, with}[side].fetch(b, c, turn, inFlight)
				took[side] += each[side]
			}
			ratios = append(ratios, each[1].Seconds()/each[0].Seconds())
		}
	}
	slices.Sort(ratios)
	requests := float64(b.N * c.turns * c.requests)
	b.ReportMetric(requests/took[0].Seconds(), "without/s")
	b.ReportMetric(requests/took[1].Seconds(), "with/s")
	b.ReportMetric(100*(took[1].Seconds()/took[0].Seconds()-1), "slower_%")
	b.ReportMetric(100*(ratios[len(ratios)/2]-1), "median_slower_%")
	spared, spent := without.end(b)/requests, with.end(b)/requests
	b.ReportMetric(spared/1000, "without_cpu_us")
	b.ReportMetric(spent/1000, "with_cpu_us")
}

// served is a server in a process of its own.
type served struct {
	client *http.Client
	urls   []string
	stdin  io.Closer
	said   *bufio.Reader
}

// end ends it and gives how many nanoseconds of a processor it used.
func (s *served) end(b *testing.B) float64 {
	b.Helper()
	if err := s.stdin.Close(); err != nil {
		b.Fatal(err)
	}
	var used float64
	if _, err := fmt.Fscan(s.said, &used); err != nil {
		b.Fatal(err)
	}
	return used
}

func serving(b *testing.B, how string) *served {
	b.Helper()
	program, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	command := exec.CommandContext(b.Context(), program)
	command.Env = append(os.Environ(), servedEnv+"="+how, servedDirEnv+"="+b.TempDir())
	command.Stderr = os.Stderr
	stdin, errIn := command.StdinPipe()
	stdout, errOut := command.StdoutPipe()
	if errIn != nil || errOut != nil {
		b.Fatal(errIn, errOut)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true}
	b.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = stdin.Close()
		_ = command.Wait()
	})
	said := bufio.NewReader(stdout)
	line, err := said.ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	var endpoint, key, secret string
	if _, err := fmt.Sscan(line, &endpoint, &key, &secret); err != nil {
		b.Fatal(err)
	}
	return &served{client: &http.Client{Transport: transport}, stdin: stdin, said: said, urls: presigned(b, endpoint, key, secret)}
}

// presigned signs a URL for each file as the partner, so that the client has
// nothing to do but to fetch.
func presigned(b *testing.B, endpoint, key, secret string) []string {
	b.Helper()
	signer := s3.NewPresignClient(s3.New(s3.Options{
		Region: servedRegion, BaseEndpoint: &endpoint, UsePathStyle: true, Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
	}), s3.WithPresignExpires(24*time.Hour))
	urls := make([]string, servedFiles+1)
	for i := range urls {
		signed, err := signer.PresignGetObject(b.Context(), &s3.GetObjectInput{Bucket: aws.String("sea"), Key: aws.String(fmt.Sprintf("bench/%05d", i))})
		if err != nil {
			b.Fatal(err)
		}
		urls[i] = signed.URL
	}
	return urls
}

// fetch makes the requests of one turn.
func (s *served) fetch(b *testing.B, c getCase, turn, inFlight int) time.Duration {
	b.Helper()
	next := make(chan string, c.requests)
	for i := range c.requests {
		next <- s.urls[c.file(turn*c.requests+i)]
	}
	close(next)
	var all sync.WaitGroup
	begin := time.Now()
	for range inFlight {
		all.Go(func() {
			for url := range next {
				if err := s.get(b, url); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	return time.Since(begin)
}

func (s *served) get(b *testing.B, url string) error {
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s", answer.Status)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

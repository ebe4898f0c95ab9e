package demo

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRecordingIsAValidWaveFile(t *testing.T) {
	t.Parallel()
	for _, digits := range []string{"", "000001", "987654"} {
		file := recording(digits)
		var header waveHeader
		if err := binary.Read(bytes.NewReader(file), binary.LittleEndian, &header); err != nil {
			t.Fatal(err)
		}
		if int(header.Size) != len(file)-8 || int(header.DataSize) != len(file)-44 {
			t.Errorf("%q: %d bytes, RIFF size %d, data size %d", digits, len(file), header.Size, header.DataSize)
		}
		if string(header.RIFF[:])+string(header.WAVE[:])+string(header.Fmt[:])+string(header.Data[:]) != "RIFFWAVEfmt data" {
			t.Errorf("%q: chunk names %+v", digits, header)
		}
		if header.Format != 1 || header.Channels != 1 || header.SampleRate != 8000 || header.ByteRate != 16000 ||
			header.BlockAlign != 2 || header.BitsPerSample != 16 {
			t.Errorf("%q: format %+v", digits, header)
		}
		samples := make([]int16, header.DataSize/2)
		if err := binary.Read(bytes.NewReader(file[44:]), binary.LittleEndian, samples); err != nil {
			t.Fatal(err)
		}
		var loudest int16
		for _, sample := range samples {
			loudest = max(loudest, sample)
		}
		if loudest < 4000 || loudest > 20000 {
			t.Errorf("%q: loudest sample %d", digits, loudest)
		}
	}
}

func TestRecordingsAreShortAndDiffer(t *testing.T) {
	t.Parallel()
	one, other := recording("000001"), recording("000002")
	if length := time.Duration(len(one)-44) * time.Second / 16000; length < time.Second || length > 2*time.Second {
		t.Errorf("a recording is %s long", length)
	}
	if bytes.Equal(one, other) {
		t.Error("two contacts have the same recording")
	}
}

func TestContactsOfADayAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	one, other := contacts(now), contacts(now.Add(8*time.Hour))
	if diff := cmp.Diff(one, other, cmp.AllowUnexported(contact{})); diff != "" {
		t.Error(diff)
	}
	keys := map[string]bool{}
	for _, c := range one {
		o := c.object("emea/")
		keys[o.Key] = true
		if !strings.HasPrefix(o.Key, "emea/2026/11/") || !c.began.Before(now) {
			t.Errorf("%s at %s", o.Key, c.began)
		}
		if len(o.Metadata) != 7 || len(o.Body) == 0 || o.ContentType == "" {
			t.Errorf("%s: %d bytes of %s, %v", o.Key, len(o.Body), o.ContentType, o.Metadata)
		}
		for name, value := range o.Metadata {
			if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) || value == "" {
				t.Errorf("%s: %s is %q, which no header carries", o.Key, name, value)
			}
		}
	}
	if len(keys) != files {
		t.Errorf("%d keys for %d files", len(keys), files)
	}
}

func TestTranscriptSaysWhatWasSaid(t *testing.T) {
	t.Parallel()
	for _, c := range contacts(time.Now()) {
		text := c.transcript()
		if strings.Count(text, "\n") != 12 || strings.Contains(text, ": \n") {
			t.Fatalf("%s:\n%s", c.id(), text)
		}
	}
}

package demo

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"
)

// Format of the recordings: what a telephone line carries.
const (
	sampleRate     = 8000 // samples a second
	bytesPerSample = 2
	pcmFormat      = 1 // WAVE_FORMAT_PCM
	loudness       = 0.25 * math.MaxInt16
	ramp           = 40 // samples of fade, so that tones do not click
)

// waveHeader is the 44 bytes in front of the samples of a WAVE file: the RIFF
// chunk, the chunk "fmt " of WAVE_FORMAT_PCM, and the head of the chunk "data"
// (Microsoft, Multimedia Programming Interface and Data Specifications 1.0).
type waveHeader struct {
	RIFF          [4]byte
	Size          uint32 // of all that follows this field
	WAVE          [4]byte
	Fmt           [4]byte
	FmtSize       uint32
	Format        uint16
	Channels      uint16
	SampleRate    uint32
	ByteRate      uint32
	BlockAlign    uint16
	BitsPerSample uint16
	Data          [4]byte
	DataSize      uint32
}

// keypad is the pair of frequencies in hertz that each key of a telephone
// sends (ITU-T Q.23).
var keypad = map[rune][2]float64{
	'1': {697, 1209}, '2': {697, 1336}, '3': {697, 1477},
	'4': {770, 1209}, '5': {770, 1336}, '6': {770, 1477},
	'7': {852, 1209}, '8': {852, 1336}, '9': {852, 1477},
	'0': {941, 1336},
}

// ringback is what a caller hears in Europe while it rings: 425 Hz (ETSI).
var ringback = [2]float64{425, 425}

// recording gives a playable WAVE file: a short ring, then the digits as a
// telephone dials them. The same digits always give the same bytes.
func recording(digits string) []byte {
	samples := tone(nil, ringback, 350*time.Millisecond)
	for _, digit := range digits {
		samples = silence(samples, 60*time.Millisecond)
		samples = tone(samples, keypad[digit], 90*time.Millisecond)
	}
	return wave(silence(samples, 100*time.Millisecond))
}

func tone(samples []int16, hertz [2]float64, length time.Duration) []int16 {
	count := samplesIn(length)
	for i := range count {
		t := 2 * math.Pi * float64(i) / sampleRate
		fade := math.Min(1, float64(min(i, count-1-i))/ramp)
		value := (math.Sin(t*hertz[0]) + math.Sin(t*hertz[1])) / 2
		samples = append(samples, int16(math.Round(loudness*fade*value)))
	}
	return samples
}

func silence(samples []int16, length time.Duration) []int16 {
	return append(samples, make([]int16, samplesIn(length))...)
}

func samplesIn(length time.Duration) int { return int(length * sampleRate / time.Second) }

// wave puts a header in front of mono samples. Samples of seconds never pass
// the 4 GiB that a WAVE file holds.
func wave(samples []int16) []byte {
	size := uint32(len(samples) * bytesPerSample) //nolint:gosec // seconds, see above
	var file bytes.Buffer
	for _, part := range []any{
		waveHeader{
			RIFF: [4]byte{'R', 'I', 'F', 'F'}, Size: size + 36, WAVE: [4]byte{'W', 'A', 'V', 'E'},
			Fmt: [4]byte{'f', 'm', 't', ' '}, FmtSize: 16, Format: pcmFormat, Channels: 1,
			SampleRate: sampleRate, ByteRate: sampleRate * bytesPerSample,
			BlockAlign: bytesPerSample, BitsPerSample: 8 * bytesPerSample,
			Data: [4]byte{'d', 'a', 't', 'a'}, DataSize: size,
		},
		samples,
	} {
		// Writing fixed-size values to memory cannot fail.
		_ = binary.Write(&file, binary.LittleEndian, part)
	}
	return file.Bytes()
}

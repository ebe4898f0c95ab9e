package ui

import (
	"strconv"
	"strings"
)

// Count writes a whole number with its thousands apart: 1,240.
func Count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// Plural writes a number with its noun: "1 file", "1,240 files".
func Plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Count(n) + " " + many
}

// Bytes writes a size in decimal units (1 GB is 10^9 bytes), one digit behind the point: 14.2 MB.
func Bytes(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10) + " B"
	}
	size, unit := float64(n), 0
	for size >= 999.95 && unit < len(byteUnits)-1 {
		size /= 1000
		unit++
	}
	return strconv.FormatFloat(size, 'f', 1, 64) + " " + byteUnits[unit]
}

var byteUnits = []string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}

// ExactBytes writes a size to the byte, for the pages where it is compared: 14,200,133 bytes.
func ExactBytes(n int64) string { return Plural(n, "byte", "bytes") }

// FullSize writes a size both ways, for pages where one is all that is said: 14.2 MB (14,200,133 bytes), 599 bytes.
func FullSize(n int64) string {
	if n < 1000 {
		return ExactBytes(n)
	}
	return Bytes(n) + " (" + ExactBytes(n) + ")"
}

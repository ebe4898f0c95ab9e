package link

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"seaportal/models"
)

const (
	// longestSegment is what most file systems take between two slashes, in bytes;
	// it leaves room for a number that makes a name unique.
	longestSegment = 240
	// reserved are names that Windows keeps for devices, whatever follows a dot.
	reserved = " con prn aux nul com0 com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt0 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9 "
)

// namesIn gives the names of files in a ZIP: their keys with the folders kept,
// each safe to unpack anywhere and none twice, also where a file system does not
// tell A from a, and where a file has the name of a folder.
func namesIn(files []models.Placement) []string {
	names, taken := make([]string, len(files)), map[string]bool{strings.ToLower(missingName): true}
	for i, file := range files {
		names[i] = safeName(file.Key)
		for folder := path.Dir(names[i]); folder != "."; folder = path.Dir(folder) {
			taken[strings.ToLower(folder)] = true
		}
	}
	for i, name := range names {
		names[i] = unique(name, taken)
		taken[strings.ToLower(names[i])] = true
	}
	return names
}

// unique adds a number where the name is taken.
func unique(name string, taken map[string]bool) string {
	if !taken[strings.ToLower(name)] {
		return name
	}
	ending := path.Ext(path.Base(name))
	stem := strings.TrimSuffix(name, ending)
	for n := 2; ; n++ {
		if other := fmt.Sprintf("%s (%d)%s", stem, n, ending); !taken[strings.ToLower(other)] {
			return other
		}
	}
}

// safeName makes a relative path of a key that leaves no folder it is unpacked
// in: no empty part, no `.` or `..`, no drive, no backslash.
func safeName(key string) string {
	var parts []string
	for part := range strings.SplitSeq(key, "/") {
		if part != "" {
			parts = append(parts, safePart(part))
		}
	}
	if len(parts) == 0 {
		return fallbackName
	}
	return strings.Join(parts, "/")
}

func safePart(part string) string {
	part = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"|?*`, r) { // Windows takes none of them
			return '_'
		}
		return r
	}, saveable(part))
	if trimmed := strings.TrimRight(part, ". "); trimmed != part { // nor these at an end
		part = trimmed + "_"
	}
	stem, _, _ := strings.Cut(strings.ToLower(part), ".")
	if strings.Contains(reserved, " "+strings.TrimSpace(stem)+" ") {
		part = "_" + part
	}
	return shortened(part)
}

// shortened cuts a long name before its ending, between two characters.
func shortened(part string) string {
	if len(part) <= longestSegment {
		return part
	}
	ending := path.Ext(part)
	if len(ending) > longestSegment/2 {
		ending = ""
	}
	end := longestSegment - len(ending)
	for end > 0 && !utf8.RuneStart(part[end]) {
		end--
	}
	return part[:end] + ending
}

package usage

import "strings"

// currencies are the codes of ISO 4217 (list one, 2025) in which something can
// be paid; the codes of metals, funds, units of account and tests are left out.
const currencies = `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU
MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD
SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG
XOF XPF YER ZAR ZMW ZWG`

// The decimals of ISO 4217 where they are not two.
const (
	withoutDecimals   = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
	withThreeDecimals = "BHD IQD JOD KWD LYD OMR TND"
)

// Currencies gives every code that a rate may have, in the order of the
// alphabet.
func Currencies() []string { return strings.Fields(currencies) }

func knownCurrency(code string) bool { return among(currencies, code) }

// minorDigits is how many decimals a currency has.
func minorDigits(code string) int {
	switch {
	case among(withoutDecimals, code):
		return 0
	case among(withThreeDecimals, code):
		return 3
	}
	return 2
}

func among(list, code string) bool {
	for known := range strings.FieldsSeq(list) {
		if known == code {
			return true
		}
	}
	return false
}

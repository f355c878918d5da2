import Devices
import Glibc

/// The time on the clock, as people read it: `09:41:48.570`.
enum ClockTime {
    static var now: String {
        let time = Timestamp.now
        var seconds = time_t(time)
        var parts = unsafe tm()
        unsafe localtime_r(&seconds, &parts)
        let milliseconds = Int((time - Double(seconds)) * 1000)
        let clock = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec].map { digits(Int($0), 2) }.joined(separator: ":")
        return "\(clock).\(digits(min(milliseconds, 999), 3))"
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}

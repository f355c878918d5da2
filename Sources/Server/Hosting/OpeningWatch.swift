internal import Devices
internal import Logging
internal import Pickle
internal import Platform

/// The record of the devices that are being opened: a vendor's library, or what a device waits for, may never come back.
final class OpeningWatch: Sendable {
    /// How long opening a device may take if its definition says nothing else.
    ///
    /// Longer than any driver needs: a camera's library that loads firmware takes some ten seconds, a wheel that searches
    /// for its home position up to thirty.
    static let usualLimit = Duration.seconds(60)

    private struct Opening {
        let names: [String]
        let limit: Duration
        let begin: Double
        var isReported = false
    }

    private let openings = Lock<[Int: Opening]>([:])
    private let log: Logger

    init(log: Logger) { self.log = log }

    /// - Returns: the number by which the record is ended.
    func begin(_ names: [String], within limit: Duration) -> Int {
        let begin = CallWatch.now
        return openings.withLock { openings in
            let number = (openings.keys.max() ?? 0) + 1
            openings[number] = Opening(names: names, limit: limit, begin: begin)
            return number
        }
    }

    func end(_ number: Int) { openings.withLock { openings in openings[number] = nil } }

    /// What a report says of the devices that have been opening for long, by their names.
    var report: [(name: String, fields: PythonDictionary)] {
        let now = CallWatch.now
        let late = openings.withLock { openings in
            openings.keys.sorted().compactMap { number -> (Opening, Duration)? in
                guard let opening = openings[number] else { return nil }
                let duration = Duration.seconds(now - opening.begin)
                guard duration > min(CallWatch.patience, opening.limit) else { return nil }
                openings[number]?.isReported = true
                return (opening, duration)
            }
        }
        return late.flatMap { opening, duration in
            if !opening.isReported {
                let names = opening.names.joined(separator: ", ")
                log.warning("\(names): not open after \(duration.formatted); the limit is \(opening.limit.formatted)")
            }
            return opening.names.map { name in
                let isOver = duration > opening.limit
                return (name, Self.fields(of: name, since: Timestamp.now - duration / .seconds(1), isOver))
            }
        }
    }

    private static func fields(of name: String, since time: Double, _ hangs: Bool) -> PythonDictionary {
        var fields: PythonDictionary = [
            "name": .str(name), "overdue_call": .str("\(name): its opening"), "overdue_call_time": .float(time),
        ]
        if hangs { (fields[OverdueCall.key], fields[OverdueCall.openingKey]) = (.bool(true), .bool(true)) }
        return fields
    }
}

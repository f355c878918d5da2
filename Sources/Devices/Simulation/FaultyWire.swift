/// The ordered faults of a simulation below a driver: in what the host sends, and in the device's answers.
extension OrderedFaults {
    /// Whether the device takes what the host sends; the process may end instead.
    public func hears() -> Bool {
        switch fault {
        case .hang, .unplug: return false
        case .crash: crash()
        case .slow, .garbage, .drop, .short, nil: return true
        }
    }

    /// What arrives of an answer, and how much later; nil if it is lost.
    ///
    /// - Parameter kept: the bytes that garbage leaves as they are, such as the ends of lines.
    public func arriving(_ answer: [UInt8], keeping kept: Set<UInt8> = []) -> (bytes: [UInt8], delay: Duration)? {
        switch fault {
        case .hang, .unplug, .crash: return nil
        case .drop: return isLost() ? nil : (answer, .zero)
        case .short: return answer.count > 1 ? (Array(answer.prefix(answer.count / 2)), .zero) : nil
        case .slow: return (answer, OrderedFault.slowness)
        case .garbage:
            let noise = garbled(answer)
            return (zip(answer, noise).map { kept.contains($0) ? $0 : $1 }, .zero)
        case nil: return (answer, .zero)
        }
    }
}

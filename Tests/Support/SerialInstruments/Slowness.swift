internal import Platform

/// How many times slower than an idle machine this one is, from 1 to 10, as measured once: time limits scale with it.
///
/// Sanitizers and other programs delay the wake-ups of threads, which is the time that a simulated device needs to answer.
public let slowness: Int = {
    let turn = Lock(0)
    let begin = ContinuousClock.now
    let rounds = 200
    let other = try? BlockingThread.start("partner") {
        for round in 0..<rounds {
            _ = turn.wait(within: .milliseconds(50)) { $0 == 2 * round + 1 ? true : nil }; turn.update { $0 += 1 }
        }
    }
    for round in 0..<rounds {
        turn.update { $0 += 1 }
        _ = turn.wait(within: .milliseconds(50)) { $0 == 2 * round + 2 ? true : nil }
    }
    other?.join(within: .seconds(1))
    // An idle machine needs a few milliseconds.
    return Int(min(max(((ContinuousClock.now - begin) / .milliseconds(20)).rounded(), 1), 10))
}()

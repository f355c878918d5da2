internal import Logging

extension Invocation {
    /// Carries out a call and, at `debug`, tells of it: who called what, and what came of it after how long.
    func logging<Result>(_ call: WireCall, _ perform: () throws -> Result) throws -> Result {
        guard server.log.logLevel <= .debug else { return try perform() }
        let begin = ContinuousClock.now
        func tell(_ outcome: String) {
            let client = context.client.map { "client \($0)" } ?? "a client"
            let milliseconds = (ContinuousClock.now - begin) / .milliseconds(1)
            let time = "\((milliseconds * 10).rounded() / 10) ms"
            server.log.debug("\(client) called \(call.object).\(call.method): \(outcome) after \(time)")
        }
        do {
            let result = try perform()
            tell("done")
            return result
        } catch {
            tell("\(server.exception(error))")
            throw error
        }
    }
}

import Glibc
import Transports

/// One simulated instrument at a link, without a server: for programs that know nothing of this project.
///
/// `test-server instrument DRIVER LINK` prints `ready`, then answers one word a line until its input ends:
/// `is-on` with `true` or `false`, `transcript` with the bytes received so far in hexadecimal, `unplug` and `plug-in`.
struct InstrumentProgram {
    private let driver: String
    private let link: String

    /// - Parameter arguments: those of the program; nil if they ask for something else.
    init?(_ arguments: [String]) {
        guard arguments.count == 3, arguments[0] == "instrument" else { return nil }
        (driver, link) = (arguments[1], arguments[2])
    }

    func run() throws {
        let simulations = Simulations()
        try simulations.plugIn(driver, at: link)
        answer("ready")
        while let word = readLine() {
            switch word {
            case "is-on": answer("\(try simulations.isSwitchedOn(link))")
            case "transcript":
                let bytes = try simulations.transcript(link).unicodeScalars.map { UInt8(exactly: $0.value) ?? 0x3F }
                answer(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
            case "unplug":
                try simulations.unplug(link)
                answer("done")
            case "plug-in":
                try simulations.plugInAgain(link)
                answer("done")
            default: answer("unknown word")
            }
        }
    }

    private func answer(_ text: String) {
        print(text)
        fflush(nil)
    }
}

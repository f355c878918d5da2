import ArgumentParser
import Devices
import MicroscopeClient
import Pickle
import Pyro
import Server

/// The options for light that this program has switched on, since its connection ends with it.
struct LightKeeping: ParsableArguments {
    @Flag(help: "After enable: keep the light on without this program.")
    var keep = false

    @Option(help: "With --keep: the number of seconds until the light goes off, at most a day.")
    var seconds = 3600.0

    func validate() throws {
        guard seconds > 0, seconds <= 86_400 else { throw ValidationError("--seconds must be from 0 to 86400.") }
    }

    /// Keeps light on, or says when it goes off.
    func apply(after method: String, to connection: PyroConnection) async throws {
        let methods = try await connection.metadata.methods
        guard methods.contains("keep_on") else {
            if keep { Output.note("devicectl: this device has no light that can be kept on") }
            return
        }
        if keep {
            _ = try await connection.call("keep_on", with: [.float(seconds)])
            let time = Self.text(seconds)
            return Output.note("devicectl: the light stays on for \(time) s, then the server switches it off")
        }
        guard method == "enable", let light = LightStatus(try await connection.call("get_light_state")),
            light.onClientLost != "keep", light.outputs.contains(where: \.isOn)
        else { return }
        let time = light.onClientLost.dropFirst("off ".count)
        let when = time.isEmpty ? "as soon as devicectl has ended" : "\(time) without a client"
        Output.note("devicectl: the light goes off \(when); --keep keeps it on")
    }

    private static func text(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
    }
}

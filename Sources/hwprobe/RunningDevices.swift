import Probing
import Server

/// What the servers that run on this computer serve, as far as this user may ask them.
enum RunningDevices {
    static var all: [ServedDevice] {
        RunningServer.all.flatMap { server in (try? server.status()).map(ServedDevice.all) ?? [] }
    }
}

import MicroscopeServer

/// Serves what a configuration file says.
@main
enum Main {
    static func main() async { await Microscope().run() }
}

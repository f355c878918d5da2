import MicroscopeServer

/// The program that serves the devices of a configuration file.
@main
enum Main {
    static func main() async { await Microscope().run() }
}

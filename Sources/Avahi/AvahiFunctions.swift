internal import Glibc

/// The functions of `libavahi-client`, with the types of its headers (version 0.8).
///
/// The library is loaded when it is first needed, so that a computer without mDNS needs no library.
// Why unchecked: these are addresses of code, which do not change.
@safe struct AvahiFunctions: @unchecked Sendable {
    typealias Context = UnsafeMutableRawPointer?
    typealias Text = UnsafePointer<CChar>?
    typealias Make = @convention(c) () -> OpaquePointer?
    typealias Get = @convention(c) (OpaquePointer?) -> OpaquePointer?
    typealias Free = @convention(c) (OpaquePointer?) -> Void
    typealias Act = @convention(c) (OpaquePointer?) -> Int32
    typealias Iterate = @convention(c) (OpaquePointer?, Int32) -> Int32
    typealias GetText = @convention(c) (OpaquePointer?) -> Text
    typealias ErrorText = @convention(c) (Int32) -> Text
    typealias Changed = @convention(c) (OpaquePointer?, Int32, Context) -> Void
    typealias NewClient =
        @convention(c) (OpaquePointer?, Int32, Changed?, Context, UnsafeMutablePointer<Int32>?) -> OpaquePointer?
    typealias NewGroup = @convention(c) (OpaquePointer?, Changed?, Context) -> OpaquePointer?
    typealias AddService =
        @convention(c) (
            OpaquePointer?, Int32, Int32, UInt32, Text, Text, Text, Text, UInt16, OpaquePointer?
        ) -> Int32
    typealias AddPair = @convention(c) (OpaquePointer?, Text, Text) -> OpaquePointer?
    typealias Alternative = @convention(c) (Text) -> UnsafeMutablePointer<CChar>?
    typealias FreeMemory = @convention(c) (UnsafeMutableRawPointer?) -> Void
    /// Browser, interface, protocol, event, name, type, domain, flags.
    typealias Noticed = @convention(c) (OpaquePointer?, Int32, Int32, Int32, Text, Text, Text, Int32, Context) -> Void
    typealias NewBrowser =
        @convention(c) (OpaquePointer?, Int32, Int32, Text, Text, Int32, Noticed?, Context) -> OpaquePointer?
    /// Resolver, interface, protocol, event, name, type, domain, host, address, port, TXT records, flags.
    typealias Resolved =
        @convention(c) (
            OpaquePointer?, Int32, Int32, Int32, Text, Text, Text, Text, OpaquePointer?, UInt16, OpaquePointer?, Int32,
            Context
        ) -> Void
    typealias NewResolver =
        @convention(c) (
            OpaquePointer?, Int32, Int32, Text, Text, Text, Int32, Int32, Resolved?, Context
        ) -> OpaquePointer?
    typealias GetBytes = @convention(c) (OpaquePointer?) -> UnsafeMutablePointer<UInt8>?
    typealias GetSize = @convention(c) (OpaquePointer?) -> Int
    typealias ShowAddress =
        @convention(c) (UnsafeMutablePointer<CChar>?, Int, OpaquePointer?) -> UnsafeMutablePointer<CChar>?

    let newPoll: Make
    let poll: Get
    let iterate: Iterate
    let wake, freePoll, freeClient, freeTexts: Free
    let newClient: NewClient
    let lastError, freeGroup, commit, reset, freeBrowser, freeResolver: Act
    let hostName: GetText
    let errorText: ErrorText
    let newGroup: NewGroup
    let addService: AddService
    let addPair: AddPair
    let alternative: Alternative
    let freeMemory: FreeMemory
    let newBrowser: NewBrowser
    let newResolver: NewResolver
    let nextText: Get
    let bytes: GetBytes
    let size: GetSize
    let showAddress: ShowAddress

    /// Loads the library, which then stays loaded.
    init() throws(AvahiError) {
        let symbols = try AvahiSymbols("libavahi-client.so.3")
        unsafe newPoll = try symbols.function("simple_poll_new")
        unsafe poll = try symbols.function("simple_poll_get")
        unsafe iterate = try symbols.function("simple_poll_iterate")
        unsafe wake = try symbols.function("simple_poll_wakeup")
        unsafe freePoll = try symbols.function("simple_poll_free")
        unsafe newClient = try symbols.function("client_new")
        unsafe freeClient = try symbols.function("client_free")
        unsafe lastError = try symbols.function("client_errno")
        unsafe hostName = try symbols.function("client_get_host_name")
        unsafe errorText = try symbols.function("strerror")
        unsafe newGroup = try symbols.function("entry_group_new")
        unsafe freeGroup = try symbols.function("entry_group_free")
        unsafe addService = try symbols.function("entry_group_add_service_strlst")
        unsafe commit = try symbols.function("entry_group_commit")
        unsafe reset = try symbols.function("entry_group_reset")
        unsafe addPair = try symbols.function("string_list_add_pair")
        unsafe freeTexts = try symbols.function("string_list_free")
        unsafe nextText = try symbols.function("string_list_get_next")
        unsafe bytes = try symbols.function("string_list_get_text")
        unsafe size = try symbols.function("string_list_get_size")
        unsafe alternative = try symbols.function("alternative_service_name")
        unsafe freeMemory = try symbols.function("free")
        unsafe newBrowser = try symbols.function("service_browser_new")
        unsafe freeBrowser = try symbols.function("service_browser_free")
        unsafe newResolver = try symbols.function("service_resolver_new")
        unsafe freeResolver = try symbols.function("service_resolver_free")
        unsafe showAddress = try symbols.function("address_snprint")
    }

    /// The library's text for an error number.
    func text(of error: Int32) -> String { unsafe errorText(error).map { unsafe String(cString: $0) } ?? "\(error)" }
}

/// The symbols of the library, by the part of their names after `avahi_`.
@safe private struct AvahiSymbols {
    private let library: UnsafeMutableRawPointer

    init(_ name: String) throws(AvahiError) {
        // The symbols of libavahi-common, on which it depends, are found with it.
        guard let library = unsafe dlopen(name, RTLD_NOW) else {
            let reason = unsafe dlerror().map { unsafe String(cString: $0) } ?? "no reason given"
            throw AvahiError("mDNS needs a library (\(reason)): sudo apt install libavahi-client3 avahi-daemon")
        }
        unsafe self.library = library
    }

    @unsafe func function<Function>(_ name: String) throws(AvahiError) -> Function {
        guard let address = unsafe dlsym(library, "avahi_\(name)") else {
            throw AvahiError("libavahi-client is not version 0.8: it lacks avahi_\(name)")
        }
        return unsafe unsafeBitCast(address, to: Function.self)
    }
}

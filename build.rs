//! Sets up linking as a Node addon, and pins the library: a thread of ours may still run when the
//! last environment that loaded the addon is torn down, so its code must never be unmapped.

fn main() {
    napi_build::setup();
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}

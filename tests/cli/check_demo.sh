# SPDX-License-Identifier: Apache-2.0
# The main job on the demo's evidence: verdict, reason, proof, what to do.
"$TOCSIN_BUILD/make-evidence" evidence >/dev/null
"$TOCSIN" check evidence

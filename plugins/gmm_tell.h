/* gmm_tell.h - the update of gmm_es. */
#ifndef HEBB_GMM_TELL_H
#define HEBB_GMM_TELL_H

#include "gmm_state.h"

void gmm_tell(state *s, const float *fitness, const hebb_pool *pool);

#endif
